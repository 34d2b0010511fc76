/** The processes of a run: started, killed, stopped, paused and continued. Must not know what they work on. */
import type { Random } from '../random.js';
import { Process, type ProcessParts } from './process.js';
import type { Scenario } from './scenario.js';

export interface ProcessesParts {
  readonly random: Random;
  readonly scenario: Scenario;
  /** What a process is made of from now on. */
  readonly process: ProcessParts;
  readonly problems: string[];
  readonly say: (line: string) => void;
  /** A process was started. */
  readonly booted: () => void;
}

export class Processes {
  private readonly all: Process[] = [];
  /** Paused, with a successor at work. */
  zombie: Process | null = null;

  constructor(private readonly parts: ProcessesParts) {}

  get newest(): Process | undefined {
    return this.all.at(-1);
  }

  get running(): Process | undefined {
    return this.all.findLast((one) => one.running);
  }

  /** A paused one may not know yet that it was succeeded. */
  get working(): Process | undefined {
    return this.all.findLast((one) => one.running && one.started);
  }

  get idle(): boolean {
    return this.all.some((one) => one.running && one.idle);
  }

  boot(): void {
    const { problems, process, say, booted } = this.parts;
    if (problems.length > 0 && this.all.length > 20) return;
    const name = `p${this.all.length + 1}`;
    say(`${name} starts`);
    this.all.push(new Process(name, process));
    booted();
  }

  disturb(probability: number): void {
    const { random, scenario, say } = this.parts;
    const current = this.newest;
    if (scenario.zombie && random.chance(probability / 2)) {
      if (this.zombie) this.wakeZombie();
      else if (current?.running) {
        current.actor.paused = true;
        this.zombie = current;
        say(`${current.actor.name} is paused`);
        this.boot();
        return;
      }
    }
    if (!scenario.crash || !random.chance(probability) || !current?.running) return;
    if (random.chance(0.25)) {
      say(`${current.actor.name} is told to stop`);
      current.stop();
    } else {
      say(`${current.actor.name} is killed`);
      current.kill();
      this.boot();
    }
  }

  /** Nobody is paused any more. */
  resume(): void {
    this.wakeZombie();
    for (const one of this.all) one.engine.resume();
  }

  private wakeZombie(): void {
    if (this.zombie === null) return;
    this.zombie.actor.paused = false;
    this.parts.say(`${this.zombie.actor.name} goes on`);
    this.zombie = null;
  }

  /** Starts a process where none is left, and notes failures that are none of the world's doing. */
  supervise(): void {
    const { problems, say } = this.parts;
    for (const one of this.all) {
      if (one.failure === null || !one.actor.alive) continue;
      if (one.failure.code !== 'fenced')
        problems.push(`${one.actor.name} failed: ${one.failure.code}: ${one.failure.message}`);
      say(`${one.actor.name} ends: ${one.failure.code}`);
      one.kill();
    }
    if (this.all.every((one) => !one.actor.alive || one.actor.paused)) this.boot();
  }
}
