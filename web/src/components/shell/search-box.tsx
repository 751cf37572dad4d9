/** Ctrl-K: type a word, jump to a page. */
import { Modal, TextInput, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type KeyboardEvent, useId, useState } from 'react';
import { navigate } from '../../location.ts';
import { findPages } from '../../navigation.ts';
import { useReturnFocus } from '../dialogs/dialog.tsx';
import { Icon } from '../icons.tsx';

/** The button in the header and the dialog it opens. */
export function SearchBox() {
  const [opened, setOpened] = useState(false);
  useHotkeys([['mod+K', () => setOpened(true)]], []);
  return (
    <>
      <UnstyledButton className="tg-search" onClick={() => setOpened(true)} aria-keyshortcuts="Control+K">
        <Icon name="search" size={14} />
        <span>Search pages</span>
        <kbd>Ctrl K</kbd>
      </UnstyledButton>
      {opened && <SearchDialog onClose={() => setOpened(false)} />}
    </>
  );
}

function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  useReturnFocus();
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const listId = useId();
  const found = findPages(query);
  const active = Math.min(index, found.length - 1);

  function go(path: string | undefined) {
    if (path === undefined) return;
    onClose();
    navigate(path);
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') setIndex(Math.min(active + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setIndex(Math.max(active - 1, 0));
    else if (event.key === 'Enter') go(found[active]?.path);
    else return;
    event.preventDefault();
  }
  return (
    <Modal.Root opened onClose={onClose} padding="sm" size="lg">
      <Modal.Overlay />
      <Modal.Content aria-label="Search pages">
        <Modal.Body pt="sm">
          <TextInput
            data-autofocus
            role="combobox"
            aria-label="Search pages"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={found.length > 0 ? `${listId}-${active}` : undefined}
            placeholder="Page, field or task: csr, trusted, cluster name…"
            leftSection={<Icon name="search" />}
            value={query}
            onChange={(e) => {
              setQuery(e.currentTarget.value);
              setIndex(0);
            }}
            onKeyDown={onKey}
          />
          <div id={listId} role="listbox" aria-label="Pages" className="tg-search-list">
            {found.map((page, i) => (
              <button
                type="button"
                key={page.path}
                id={`${listId}-${i}`}
                role="option"
                aria-selected={i === active}
                tabIndex={-1}
                className="tg-search-option"
                onClick={() => go(page.path)}
                onMouseMove={() => setIndex(i)}
              >
                <span>
                  <span className="tg-dim">{page.menu.join(' › ')} › </span>
                  <strong>{page.title}</strong>
                </span>
                <span className="tg-dim tg-small">{page.purpose}</span>
              </button>
            ))}
          </div>
          {found.length === 0 && (
            <p className="tg-dim tg-small">No page has these words. Try one word, such as “key”.</p>
          )}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
