/** An SVG drawn in the pixels it gets, so that its words keep their size on every screen. */
import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';
import './drawings.css';

interface DrawingProps {
  /** What is seen, in words; without it the drawing is for the eye only. */
  readonly label?: string;
  readonly height: number;
  readonly className?: string;
  /** Draws for a width in pixels. */
  readonly children: (width: number) => ReactNode;
}

/** Measures its place, then draws. */
export function Drawing({ label, height, className = '', children }: DrawingProps) {
  const { ref, width } = useElementSize();
  const size = Math.max(120, Math.floor(width));
  const shape = { className: `tg-life ${className}`, viewBox: `0 0 ${size} ${height}`, height };
  return (
    <div ref={ref} className="tg-drawing" style={{ height }}>
      {width > 0 && label !== undefined && (
        <svg {...shape} role="img" aria-label={label}>
          {children(size)}
        </svg>
      )}
      {width > 0 && label === undefined && (
        <svg {...shape} aria-hidden="true">
          {children(size)}
        </svg>
      )}
    </div>
  );
}
