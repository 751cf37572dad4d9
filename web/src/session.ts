/** Who is logged in, and what the page does when that ends. */
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Session } from './api.ts';
import { ApiProblem } from './problem.ts';
import { unwrap } from './transport.ts';

const sessionKey = ['session'] as const;
const endedKey = ['session', 'ended'] as const;

/** The session; `null` when nobody is logged in. */
export function useSession() {
  return useQuery({ queryKey: sessionKey, queryFn: readSession, staleTime: 60_000, retry: false });
}

/** Whether the person may change things. An auditor sees everything and changes nothing. */
export function useMayChange(): boolean {
  return useSession().data?.user.role === 'administrator';
}

/** Whether a session ended while the page was open, so that the log-in page can say so. */
export function useSessionEnded(): boolean {
  return useQuery({ queryKey: endedKey, queryFn: () => false, initialData: false, staleTime: Infinity }).data;
}

/** Forgets everything that was loaded and shows the log-in page; the address stays, so that the person comes back. */
export function endSession(client: QueryClient, unexpected: boolean): void {
  // Nobody was logged in: there is nothing to end and nothing to say.
  if (unexpected && !client.getQueryData(sessionKey)) return;
  client.cancelQueries();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  client.setQueryData(endedKey, unexpected);
  client.setQueryData(sessionKey, null);
}

/** How to take up a session that was just opened. */
export function useBeginSession(): (session: Session) => void {
  const client = useQueryClient();
  return (session) => {
    client.setQueryData(endedKey, false);
    client.setQueryData(sessionKey, session);
  };
}

async function readSession(): Promise<Session | null> {
  try {
    return await unwrap(api.GET('/session'));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}
