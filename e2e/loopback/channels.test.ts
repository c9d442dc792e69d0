import { describeChannels } from '../interop/channel-compliance';
import { MulticastWorld } from '../interop/multicast-world';

describeChannels('channels by multicast', () => MulticastWorld.open());
