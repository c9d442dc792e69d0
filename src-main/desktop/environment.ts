import { z } from 'zod';
import { type Address, addressSchema } from '../../src-shared/ipc/contract';
import { splitHostAndPort } from '../../src-shared/text/host-and-port';

const schema = z.object({
  /** Folder for settings, identity and journals instead of the system's own. */
  TUTTI_USER_DATA: z.string().min(1).optional(),
  /** Address of the only interface that may carry packets. */
  TUTTI_INTERFACE: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** Where a teacher listens; port 0 takes a free one. */
  TUTTI_LISTEN: z
    .string()
    .regex(/^\S+:\d+$/)
    .transform(splitHostAndPort)
    .optional(),
  /** The room that a student joins, whatever the settings say. */
  TUTTI_CONNECT: addressSchema.optional(),
  /** File of recorded snapshots shown instead of a running engine; unpackaged builds only. */
  TUTTI_FIXTURE: z.string().min(1).optional(),
});

export interface Environment {
  readonly userData?: string | undefined;
  readonly interface?: string | undefined;
  readonly listen?: Address | undefined;
  readonly connect?: Address | undefined;
  readonly fixture?: string | undefined;
}

/**
 * Reads the variables that tests and lab machines set.
 * @throws ZodError naming the variable that cannot be read.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const parsed = schema.parse(variables);
  return {
    userData: parsed.TUTTI_USER_DATA,
    interface: parsed.TUTTI_INTERFACE,
    listen: parsed.TUTTI_LISTEN,
    connect: parsed.TUTTI_CONNECT,
    fixture: parsed.TUTTI_FIXTURE,
  };
}
