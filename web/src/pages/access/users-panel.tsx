/** The accounts of this gateway. */

import { ActionIcon, Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type User } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { Icon } from '../../components/icons.tsx';
import { ListTable } from '../../components/list/list-table.tsx';
import { StateWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { useMayChange, useSession } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useUserChanges } from './changes.ts';
import { PasswordDialog, UserDialog } from './user-dialogs.tsx';

/** A row per user with what can be done to it. */
export function UsersPanel() {
  const mayChange = useMayChange();
  const [adding, setAdding] = useState(false);
  const users = useQuery({
    queryKey: ['users'],
    queryFn: async () => (await unwrap(api.GET('/users'))).users,
  });
  return (
    <Panel
      title="Users"
      actions={
        mayChange && (
          <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
            New user
          </Button>
        )
      }
    >
      <QueryView query={users}>{(data) => <UserTable users={data} />}</QueryView>
      {adding && <UserDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}

function UserTable({ users }: { readonly users: readonly User[] }) {
  const mayChange = useMayChange();
  const self = useSession().data?.user.id;
  const [settingPassword, setSettingPassword] = useState<User>();
  const { update, remove } = useUserChanges();
  async function askRemove(user: User) {
    const yes = await askPerson({
      title: `Remove ${user.name}?`,
      body: 'The account, its sessions and its API tokens end at once. The audit log keeps the name.',
      confirm: 'Remove user',
      dangerous: true,
    });
    if (yes) remove.mutate(user.id);
  }
  return (
    <div className="tg-stack">
      <ListTable
        label="Users"
        minWidth={560}
        rows={users}
        keyOf={({ id }) => id}
        columns={[
          {
            heading: 'User name',
            cell: ({ id, name }) => (
              <>
                <strong>{name}</strong> {id === self && <span className="tg-dim">(you)</span>}
              </>
            ),
          },
          { heading: 'Role', cell: ({ role }) => role },
          {
            heading: 'State',
            cell: ({ disabled }) => <StateWord of={disabled ? ['plain', 'Disabled'] : ['ok', 'Enabled']} />,
          },
          { heading: 'Created', cell: ({ createdAt }) => dateText(createdAt) },
          { heading: 'Password set', cell: ({ passwordChangedAt }) => dateText(passwordChangedAt) },
        ]}
        actions={
          mayChange &&
          ((user) => (
            <Menu position="bottom-end" width={230}>
              <Menu.Target>
                <ActionIcon variant="default" aria-label={`Change ${user.name}`} disabled={user.id === self}>
                  <Icon name="menu" size={14} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  onClick={() =>
                    update.mutate({
                      id: user.id,
                      role: user.role === 'administrator' ? 'auditor' : 'administrator',
                    })
                  }
                >
                  Make {user.role === 'administrator' ? 'auditor' : 'administrator'}
                </Menu.Item>
                <Menu.Item onClick={() => update.mutate({ id: user.id, disabled: !user.disabled })}>
                  {user.disabled ? 'Enable' : 'Disable'}
                </Menu.Item>
                <Menu.Item onClick={() => setSettingPassword(user)}>Set password</Menu.Item>
                <Menu.Divider />
                <Menu.Item onClick={() => void askRemove(user)}>Remove user</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ))
        }
        error={update.error ?? remove.error}
      />
      {settingPassword && <PasswordDialog user={settingPassword} onClose={() => setSettingPassword(undefined)} />}
    </div>
  );
}
