import { safeStorage } from 'electron';
import log from 'electron-log/main';
import { type Identity, loadIdentity } from '../security/identity';

/** This device's identity, its private key sealed with the system's key ring where there is one. @throws IdentityError */
export function loadSealedIdentity(stateDir: string): Promise<Identity> {
  return loadIdentity(stateDir, systemSeal());
}

/** undefined where the system has no key ring that keeps a secret: then the file's own permissions have to do. */
function systemSeal() {
  if (!isSafe()) {
    log.info('This system offers no key ring: the private key is kept in a file that only this user may read.');
    return undefined;
  }
  return {
    seal: (text: string) => safeStorage.encryptString(text),
    open: (sealed: Buffer) => safeStorage.decryptString(sealed),
  };
}

function isSafe(): boolean {
  // "basic_text" is a key that is the same on every computer.
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return false;
  return safeStorage.isEncryptionAvailable();
}
