/** A few drawn signs; the words beside them carry the meaning. */

const paths = {
  overview: 'M3 12h4l3-8 4 16 3-8h4',
  conflicts: 'M4 5c8 0 8 7 8 7s0 7 8 7M4 19c8 0 8-7 8-7s0-7 8-7',
  comparisons: 'M4 4h6v16H4zM14 4h6v16h-6zM6 9h2M16 9h2M6 14h2M16 14h2',
  phases: 'M4 12h5M15 12h5M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  'dead-letters': 'M3 6h18v12H3zM3 7l9 7 9-7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5v.5',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  system: 'M3 5h18v11H3zM9 20h6M12 16v4',
  key: 'M14 10a4 4 0 1 0-3.9 4H12v2h2v2h2v2h4v-4l-6.2-6.2z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark-sql" d="M3 8c7 0 9 5 13 5s6-5 13-5" />
      <path class="mark-mongodb" d="M3 24c7 0 9-5 13-5s6 5 13 5" />
    </svg>
  );
}
