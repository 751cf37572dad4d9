/**
 * The process on port 80: forked by the supervisor with the bound socket while a challenge is pending, told the tokens,
 * ended when nothing is. It has no database, no keys, and may write no file and start no program.
 */
import { type ChallengeServerState, createChallengeServer } from './challenge-server.ts';

/** What it is told; it answers each with its number once that is served. */
export interface ToHttp01 extends ChallengeServerState {
  readonly serial: number;
}

export interface FromHttp01 {
  readonly serial: number;
}

/** The descriptor of the bound socket, after those of the terminal and the channel to the supervisor. */
const httpDescriptor = 4;

if (import.meta.main) {
  const { server, set } = createChallengeServer();
  process.once('disconnect', () => process.exit(0));
  server.on('error', (error) => {
    process.stderr.write(
      `${JSON.stringify({ level: 'error', event: 'port 80 cannot be served', error: String(error) })}\n`,
    );
    process.exit(1);
  });
  process.on('message', (message: ToHttp01) => {
    set(message);
    const told = (): void => void process.send?.({ serial: message.serial } satisfies FromHttp01);
    if (server.listening) told();
    else server.listen({ fd: httpDescriptor }, told);
  });
}
