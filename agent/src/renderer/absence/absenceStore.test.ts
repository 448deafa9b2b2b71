import { expect, it } from '@jest/globals';
import { memoryStorage } from '../memoryStorage.ts';
import { createAbsenceStore, type Absence, type AbsenceStore } from './absenceStore.ts';

const storage = memoryStorage();
const absences: Absence[] = [{ cause: 'sleep', fromMs: 1_000, toMs: 9_000 }];
const storeOf = (deviceId: string, errors: unknown[] = []): AbsenceStore =>
  createAbsenceStore({ storage, deviceId: () => deviceId, onError: (error) => errors.push(error) });

it('keeps absences of this device only, and takes what is not its own for nothing', () => {
  expect(storeOf('d1').load()).toEqual([]);
  storeOf('d1').save(absences);
  expect(storeOf('d1').load()).toEqual(absences);
  expect(storeOf('d2').load()).toEqual([]);
  storage.setItem('sightline.absences', '{"deviceId":');
  expect(storeOf('d1').load()).toEqual([]);
});

it('tells when nothing can be kept', () => {
  const errors: unknown[] = [];
  const full = {
    ...storage,
    setItem() {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  createAbsenceStore({
    storage: full,
    deviceId: () => 'd1',
    onError: (error) => errors.push(error),
  }).save(absences);
  expect(errors).toHaveLength(1);
});
