/** The frame of every dialog: a title, a way out, and the focus back where it was. */
import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/** A dialog that is open as long as it is drawn. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useReturnFocus();
  return <Modal opened closeButtonProps={{ 'aria-label': 'Close' }} {...props} />;
}

/** When the caller goes away, the focus returns to what had it before, unless the person went to another page. */
export function useReturnFocus(): void {
  const [origin] = useState(() => ({ element: document.activeElement, path: window.location.pathname }));
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        const lost = document.activeElement === document.body || document.activeElement === null;
        if (lost && window.location.pathname === origin.path && origin.element instanceof HTMLElement)
          origin.element.focus();
      });
    },
    [origin],
  );
}
