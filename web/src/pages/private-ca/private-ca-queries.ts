/** What the pages of the private CA read from the gateway, and what they refresh after a change. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type IssuedRow } from '../../api.ts';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';

/** Roots first, then intermediates. */
export function useAuthorities() {
  return useQuery({
    queryKey: ['private-ca', 'authorities'],
    queryFn: async () => (await unwrap(api.GET('/private-ca/authorities'))).authorities,
  });
}

export function useTemplates() {
  return useQuery({
    queryKey: ['private-ca', 'templates'],
    queryFn: async () => (await unwrap(api.GET('/private-ca/templates'))).templates,
  });
}

/** CRLs, responders and the process that serves them; asked often while a CRL is being made or the process starts. */
export function usePublishing() {
  return useQuery({
    queryKey: ['private-ca', 'publishing'],
    queryFn: () => unwrap(api.GET('/private-ca/publishing')),
    refetchInterval: ({ state: { data } }) => {
      const busy =
        data?.authorities.some(({ progress }) => progress !== null) ||
        data?.service.state === 'starting' ||
        (data?.service.state === 'running' && !data.service.current);
      return busy ? whileUsed() && 1_000 : whileUsed();
    },
  });
}

export function usePublishSettings() {
  return useQuery({
    queryKey: ['private-ca', 'publish-settings'],
    queryFn: () => unwrap(api.GET('/private-ca/publishing/settings')),
  });
}

/** Where certificates say that CRLs and OCSP answers are. */
export function usePrivateCaSettings() {
  return useQuery({
    queryKey: ['private-ca', 'settings'],
    queryFn: () => unwrap(api.GET('/private-ca/settings')),
  });
}

export interface IssuedSearch {
  readonly text: string;
  readonly state: IssuedRow['state'] | '';
  /** `next` of the page before; undefined for the newest. */
  readonly before: number | undefined;
}

/** One page of what was issued, newest first. */
export function useIssued({ text, state, before }: IssuedSearch) {
  return useQuery({
    queryKey: ['private-ca', 'issued', text, state, before],
    queryFn: () =>
      unwrap(
        api.GET('/private-ca/certificates', {
          params: {
            query: {
              limit: 50,
              ...(text && { text }),
              ...(state && { state }),
              ...(before !== undefined && { before }),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: whileUsed,
  });
}

/** Call after any change of the private CA. */
export function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [['private-ca'], ['trusted-cas'], ['identities'], ['identity'], ['alarms'], ['overview']].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
}
