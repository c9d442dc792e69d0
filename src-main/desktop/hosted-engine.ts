import { ClassList } from '../classroom/class-list';
import type { ChannelArrival } from '../library/channel-inbox';
import { TrustStore } from '../security/trust-store';
import { StudentNode } from '../transport/student-node';
import { TeacherRoom } from '../transport/teacher-room';
import { ChannelSharing } from './channel-sharing';
import { DeviceSharing } from './device-sharing';
import type {
  CommandAnswer,
  CommandArgument,
  EngineCommand,
  EnginePicture,
  EngineStart,
  OwnStudentCommand,
  OwnTeacherCommand,
  StudentCommand,
  TeacherCommand,
} from './engine';

/** One engine behind the few things that the main thread asks of it. */
export interface HostedEngine {
  picture(): EnginePicture;
  /** @throws Error with one sentence for people. */
  carryOut(name: EngineCommand, argument: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** A command without an answer may return whatever it likes. */
type Carried<N extends EngineCommand> =
  CommandAnswer<N> extends undefined ? unknown : CommandAnswer<N> | Promise<CommandAnswer<N>>;

/** What is done at each command: all of a role, none of the other. */
type Deeds<N extends EngineCommand> = { readonly [K in N]: (argument: CommandArgument<K>) => Carried<K> };

/** Opens the engine that the role needs. @throws the engine's own errors, each with a sentence for people. */
export async function openEngine(start: EngineStart, onProblem: (sentence: string) => void): Promise<HostedEngine> {
  return start.role === 'student' ? openStudent(start, onProblem) : openTeacher(start, onProblem);
}

type Start<R extends EngineStart['role']> = Extract<EngineStart, { role: R }>;
type OnProblem = Parameters<typeof openEngine>[1];

async function openStudent({ options, channels }: Start<'student'>, onProblem: OnProblem): Promise<HostedEngine> {
  // A room that is paired with now is trusted as a publisher now.
  const pins = await TrustStore.load(options.stateDir);
  const node: StudentNode = await StudentNode.open({
    ...options,
    pins,
    onEvent: (event) => {
      // The window is drawn from pictures: what is in none of them is a failure of no transfer that only a person can
      // change, unless it is that a room wants its code.
      if (event.event !== 'failed' || event.transfer !== undefined || event.final !== true) return;
      if (node.snapshot().connection !== 'unpaired') onProblem(event.reason);
    },
  });
  const onArrival = (arrival: ChannelArrival) => node.arrived(arrival);
  const sharing = new ChannelSharing({ ...channels.place, pins, onArrival, onProblem });
  void sharing.serve(channels.wanted);
  const snapshot = () => ({ ...node.snapshot(), channels: sharing.view() });
  return hosted([sharing, node], () => ({ role: 'student', snapshot: snapshot() }), studentDeeds(node, sharing));
}

async function openTeacher(start: Start<'teacher'>, onProblem: OnProblem): Promise<HostedEngine> {
  const { options, channels, devices } = start;
  // Who is paired with the room may follow its channels.
  const classList = await ClassList.load(options.stateDir);
  const room = await TeacherRoom.open({
    ...options,
    classList,
    onEvent: (event) => {
      if (event.event === 'problem') onProblem(event.reason);
    },
  });
  const channelSharing = new ChannelSharing({ ...channels.place, classList, onArrival: () => {}, onProblem });
  const deviceSharing = new DeviceSharing(devices, options.interface);
  // A folder on a slow disk keeps no student waiting.
  void channelSharing.serve(channels.wanted);
  void deviceSharing.serve();
  const snapshot = () => ({ ...room.snapshot(), channels: channelSharing.view(), devices: deviceSharing.view() });
  return hosted(
    [deviceSharing, channelSharing, room],
    () => ({ role: 'teacher', snapshot: snapshot() }),
    teacherDeeds(room, deviceSharing, channelSharing),
  );
}

function hosted(
  parts: readonly { close(): Promise<void> }[],
  picture: () => EnginePicture,
  deeds: Partial<Deeds<EngineCommand>>,
): HostedEngine {
  return {
    picture,
    close: async () => {
      await Promise.all(parts.map((part) => part.close()));
    },
    async carryOut(name, argument) {
      const deed = deeds[name];
      if (deed === undefined) throw new Error(`This device does not do that in its present role (${name}).`);
      // The main thread has parsed the argument of this very command.
      return (deed as (argument: unknown) => unknown)(argument);
    },
  };
}

function teacherDeeds(
  room: TeacherRoom,
  devices: DeviceSharing,
  channels: ChannelSharing,
): Deeds<TeacherCommand | OwnTeacherCommand> {
  return {
    send: (argument) => room.send(argument),
    startNow: (argument) => room.startNow(argument),
    pause: (argument) => room.pause(argument),
    resume: (argument) => room.resume(argument),
    cancel: (argument) => room.cancel(argument),
    retry: (argument) => room.retry(argument),
    letIn: (argument) => room.letIn(argument),
    newCode: () => room.newCode(),
    renameStudent: (argument) => room.renameStudent(argument),
    unpair: (argument) => room.unpair(argument),
    setGroup: (argument) => room.setGroup(argument),
    renameGroup: (argument) => room.renameGroup(argument),
    removeGroup: (argument) => room.removeGroup(argument),
    examine: () => room.examine(),
    history: () => room.history(),
    clearHistory: () => room.clearHistory(),
    sourceOf: ({ transfer }) => room.sourceOf(transfer),
    serveChannels: (wanted) => channels.serve(wanted),
    serveDevices: (wanted) => devices.serve(wanted),
  };
}

function studentDeeds(node: StudentNode, channels: ChannelSharing): Deeds<StudentCommand | OwnStudentCommand> {
  return {
    pair: (argument) => node.pair(argument),
    forget: (argument) => node.forget(argument),
    receive: (argument) => node.receive(argument),
    fileOf: ({ transfer, file }) => node.fileOf(transfer, file),
    wake: () => node.wake(),
    serveChannels: (wanted) => channels.serve(wanted),
  };
}
