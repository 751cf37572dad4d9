/** The changes to the trusted CA list and what has to be loaded again after them. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { encodeFile } from '../../components/file-field.tsx';
import { unwrap } from '../../transport.ts';

/** Append, delete, reset and undo, each with its preview where there is one. */
export function useTrustedCaChanges() {
  const client = useQueryClient();
  const refresh = async () => {
    await Promise.all(
      [['trusted-cas'], ['identities'], ['identity'], ['alarms'], ['overview']].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  };
  const post = async (file: File, takeGood: boolean, preview: boolean) => {
    const { name, content } = await encodeFile(file);
    return unwrap(api.POST('/trusted-cas', { body: { file: content, name, takeGood, preview } }));
  };
  return {
    previewAppend: useMutation({ mutationFn: (file: File) => post(file, false, true) }),
    append: useMutation({
      mutationFn: ({ file, takeGood }: { file: File; takeGood: boolean }) => post(file, takeGood, false),
      onSuccess: refresh,
    }),
    previewRemoval: useMutation({
      mutationFn: (fingerprints: readonly string[]) =>
        unwrap(api.POST('/trusted-cas/removals', { body: { fingerprints: [...fingerprints], preview: true } })),
    }),
    remove: useMutation({
      mutationFn: ({ fingerprints, confirmation }: { fingerprints: readonly string[]; confirmation?: string }) =>
        unwrap(
          api.POST('/trusted-cas/removals', {
            body: { fingerprints: [...fingerprints], preview: false, ...(confirmation && { confirmation }) },
          }),
        ),
      onSuccess: refresh,
    }),
    previewReset: useMutation({
      mutationFn: () => unwrap(api.POST('/trusted-cas/reset', { body: { preview: true } })),
    }),
    reset: useMutation({
      mutationFn: () => unwrap(api.POST('/trusted-cas/reset', { body: { preview: false } })),
      onSuccess: refresh,
    }),
    undo: useMutation({
      mutationFn: (id: string) => unwrap(api.POST('/trusted-cas/removals/{id}/undo', { params: { path: { id } } })),
      onSuccess: refresh,
    }),
  };
}
