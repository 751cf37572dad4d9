/** The page as a whole: providers, then log-in or the console. */
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Router } from 'wouter';
import { Dialogs } from './components/dialogs/ask-person.tsx';
import { confirmIdentity, StepUp } from './components/dialogs/step-up.tsx';
import { Toasts } from './components/dialogs/toast.tsx';
import { ProblemNotice } from './components/problem-notice.tsx';
import { useGuardedLocation } from './location.ts';
import { LogInPage } from './pages/access/log-in-page.tsx';
import { SetUpPage } from './pages/access/set-up-page.tsx';
import { ApiProblem } from './problem.ts';
import { endSession, useSession } from './session.ts';
import { Shell } from './shell.tsx';
import { cssVariables, theme } from './theme.ts';
import { setTransportHooks } from './transport.ts';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      // A refusal stays a refusal; only a gateway that cannot be reached is worth another try.
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
    // a change that cannot be sent is refused now, and never made later behind somebody's back
    mutations: { retry: false, networkMode: 'always' },
  },
});

setTransportHooks({ confirm: confirmIdentity, ended: () => endSession(client, true) });

/** Everything below the root element. `nonce` is what the policy demands of style elements. */
export function App({ nonce }: { readonly nonce: string }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <Router hook={useGuardedLocation}>
          <Gate />
        </Router>
        <Dialogs />
        <StepUp />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Gate() {
  const session = useSession();
  const [path] = useGuardedLocation();
  if (path === '/setup') return <SetUpPage />;
  if (session.data === null) return <LogInPage />;
  if (session.data) return <Shell session={session.data} />;
  if (!session.isError) return <div role="status" aria-label="Loading" />;
  return (
    <div className="tg-gate">
      <main>
        <h1 className="tg-visually-hidden">Tollgate</h1>
        <ProblemNotice error={session.error} onRetry={() => void session.refetch()} />
      </main>
    </div>
  );
}
