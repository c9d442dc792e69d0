import { afterEach, expect, it, vi } from 'vitest';
import { loadNativeModule } from '../accelerator/native-module';
import { parityCombiner } from './data-path';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('has the accelerator compute parity, where it can', () => {
  vi.stubEnv('TUTTI_DATA_PATH', undefined);
  expect(parityCombiner()).toBe(loadNativeModule()?.combine);
});

it('lets the accelerator compute nothing where it is not wanted', () => {
  vi.stubEnv('TUTTI_DATA_PATH', 'dgram');
  expect(parityCombiner()).toBeUndefined();
});
