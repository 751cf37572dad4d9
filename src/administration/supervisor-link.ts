/** The administration's end of the channel to the supervisor. */
import type { ListenerState } from '../features/settings/settings.ts';
import type { FromAdministration, StartMessage, ToAdministration } from '../supervisor/administration.ts';
import { createHttpPortClient, type HttpPortClient } from '../supervisor/http-port-client.ts';
import type { PublishingPortState } from '../supervisor/publishing-port.ts';

export interface SupervisorLink {
  tell(message: FromAdministration): void;
  readonly httpPort: HttpPortClient;
  /** Called with what was said before, and from then on with what is said. */
  onListeners(take: (listeners: readonly ListenerState[]) => void): void;
  /** Called with what is said from then on, in answer to `publish` for one. */
  onPublishing(take: (state: PublishingPortState) => void): void;
}

export function createSupervisorLink(start: (message: StartMessage) => void): SupervisorLink {
  const tell = (message: FromAdministration) => void process.send?.(message);
  const httpPort = createHttpPortClient(tell);
  let listeners: readonly ListenerState[] = [];
  let takeListeners: ((listeners: readonly ListenerState[]) => void) | undefined;
  let takePublishing: ((state: PublishingPortState) => void) | undefined;
  process.on('message', (message: ToAdministration) => {
    if (message.type === 'start') start(message);
    if (message.type === 'http-port') httpPort.take(message);
    if (message.type === 'publishing') takePublishing?.(message);
    if (message.type !== 'listeners') return;
    listeners = message.listeners;
    takeListeners?.(listeners);
  });
  return {
    tell,
    httpPort,
    onListeners(take) {
      takeListeners = take;
      take(listeners);
    },
    onPublishing(take) {
      takePublishing = take;
    },
  };
}
