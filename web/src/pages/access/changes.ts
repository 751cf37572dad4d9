/** The changes to users and tokens and what has to be loaded again after them. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Body, type TokenRequest } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { unwrap } from '../../transport.ts';

/** Add, change, remove users and set their passwords. */
export function useUserChanges() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ['users'] });
  return {
    create: useMutation({
      mutationFn: (body: Body<'/users', 'post'>) => unwrap(api.POST('/users', { body })),
      onSuccess: (user) => toast(`${user.name} can log in now.`),
      onSettled,
    }),
    update: useMutation({
      mutationFn: ({ id, ...body }: { id: string } & Body<'/users/{id}', 'patch'>) =>
        unwrap(api.PATCH('/users/{id}', { params: { path: { id } }, body })),
      onSuccess: (user) => toast(`${user.name}: ${user.disabled ? 'disabled' : user.role}.`),
      onSettled,
    }),
    setPassword: useMutation({
      mutationFn: ({ id, password }: { id: string; password: string }) =>
        unwrap(api.PUT('/users/{id}/password', { params: { path: { id } }, body: { password } })),
      onSuccess: () => toast('The password was set; the sessions of this user have ended.'),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (id: string) => unwrap(api.DELETE('/users/{id}', { params: { path: { id } } })),
      onSuccess: () => toast('The user was removed.'),
      onSettled,
    }),
  };
}

/** Make and revoke tokens. */
export function useTokenChanges() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ['tokens'] });
  return {
    create: useMutation({
      mutationFn: (body: TokenRequest) => unwrap(api.POST('/tokens', { body })),
      onSettled,
    }),
    revoke: useMutation({
      mutationFn: (id: string) => unwrap(api.DELETE('/tokens/{id}', { params: { path: { id } } })),
      onSuccess: () => toast('The token was revoked.'),
      onSettled,
    }),
  };
}
