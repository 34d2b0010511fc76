/** The routing of reads as Kong's declarative configuration: an upstream whose targets have the phase's weights. Pure. */
import { stringify } from 'yaml';
import type { Routing } from '../app/lifecycle/show-phase.js';

/** Targets stand for the application's two read paths: put its own hosts in their place. */
const targets = { sql: 'reads-sql.internal:80', mongodb: 'reads-mongodb.internal:80' } as const;

export function kongConfig({ phase, reads }: Routing): string {
  const weight = (share: number): number => Math.round(share * 1000);
  const config = {
    _format_version: '3.0',
    upstreams: [
      {
        name: 'isthmus-reads',
        tags: ['isthmus', phase],
        targets: [
          { target: targets.sql, weight: weight(reads.sql), tags: ['sql'] },
          { target: targets.mongodb, weight: weight(reads.mongodb), tags: ['mongodb'] },
        ],
      },
    ],
  };
  return `# Reads in phase ${phase}, written by \`isthmus routing --format kong\`. Load it with \`deck gateway sync\`.\n${stringify(config)}`;
}
