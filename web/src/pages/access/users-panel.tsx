/** The accounts of this gateway. */

import { ActionIcon, Button, Menu, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type User } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { Icon } from '../../components/icons.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
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
  const session = useSession().data;
  const [settingPassword, setSettingPassword] = useState<User>();
  const { update, remove } = useUserChanges();
  const failed = update.error ?? remove.error;

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
      {failed && <ProblemNotice error={failed} />}
      <WideTable label="Users" stacks minWidth={560}>
        <Table fz="sm" verticalSpacing={7}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>User name</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Created</Table.Th>
              <Table.Th>Password set</Table.Th>
              {mayChange && (
                <Table.Th>
                  <span className="tg-visually-hidden">Actions</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {users.map((user) => {
              const self = user.id === session?.user.id;
              return (
                <Table.Tr key={user.id}>
                  <Table.Td data-label="User name">
                    <strong>{user.name}</strong> {self && <span className="tg-dim">(you)</span>}
                  </Table.Td>
                  <Table.Td data-label="Role">{user.role}</Table.Td>
                  <Table.Td data-label="State">
                    <StateMark tone={user.disabled ? 'plain' : 'ok'}>
                      {user.disabled ? 'Disabled' : 'Enabled'}
                    </StateMark>
                  </Table.Td>
                  <Table.Td data-label="Created">{dateText(user.createdAt)}</Table.Td>
                  <Table.Td data-label="Password set">{dateText(user.passwordChangedAt)}</Table.Td>
                  {mayChange && (
                    <Table.Td ta="right">
                      <Menu position="bottom-end" width={230}>
                        <Menu.Target>
                          <ActionIcon variant="default" aria-label={`Change ${user.name}`} disabled={self}>
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
                    </Table.Td>
                  )}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </WideTable>
      {settingPassword && <PasswordDialog user={settingPassword} onClose={() => setSettingPassword(undefined)} />}
    </div>
  );
}
