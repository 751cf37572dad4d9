/** The icons of the console: 16 by 16, one stroke, drawn here so that nothing has to be fetched. */
import type { ReactNode } from 'react';

const shapes = {
  ok: <path d="M3 8.5l3.2 3.2L13 5" />,
  warning: <path d="M8 2.2L14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2" />,
  critical: <path d="M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3zM8 4.8v4M8 11v.2" />,
  note: <path d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.3v4M8 4.8v.2" />,
  plain: <path d="M4 8h8" />,
  search: <path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3L14 14" />,
  copy: <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />,
  download: <path d="M8 2v8M4.8 7L8 10.2 11.2 7M2.5 13.5h11" />,
  upload: <path d="M8 10.5v-8M4.8 5.5L8 2.3l3.2 3.2M2.5 13.5h11" />,
  close: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />,
  sun: (
    <path d="M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13" />
  ),
  moon: <path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z" />,
  system: <path d="M2 3h12v8H2zM5.5 13.5h5M8 11v2.5" />,
  user: <path d="M8 2.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM2.8 14c.3-3 2.4-4.6 5.2-4.6s4.9 1.6 5.2 4.6" />,
  menu: <path d="M2 4h12M2 8h12M2 12h12" />,
  chevron: <path d="M6 3.5L10.5 8 6 12.5" />,
  back: <path d="M13 8H3M7 4L3 8l4 4" />,
  plus: <path d="M8 3v10M3 8h10" />,
  trash: <path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4.5M9.3 7v4.5" />,
  lock: <path d="M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2" />,
  file: <path d="M4 1.8h5l3.2 3.2v9.2H4zM9 1.8V5h3.2" />,
  eye: (
    <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z" />
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** An icon for the eye only; the words beside it carry the meaning. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}

/** The product's mark: a gate under an arch. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="6" fill="#0f5f7a" />
      <path d="M7 25V11a9 9 0 0 1 18 0v14" stroke="#ffffff" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M7 17h18M13 8.6V25M19 8.6V25" stroke="#8fd0e4" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
