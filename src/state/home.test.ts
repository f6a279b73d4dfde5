import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder, mountedAs, networkFilesystem } from './home.ts';

const share = join(homedir(), '.local', 'share', 'infragate');

test.each([
  [{ INFRAGATE_HOME: '/data/mine', XDG_DATA_HOME: '/xdg' }, 'linux', '/data/mine'],
  [{ INFRAGATE_HOME: 'relative' }, 'linux', resolve('relative')],
  [{ XDG_DATA_HOME: '/xdg' }, 'linux', join('/xdg', 'infragate')],
  [{ XDG_DATA_HOME: '/xdg' }, 'darwin', join('/xdg', 'infragate')],
  [{ XDG_DATA_HOME: 'not/absolute' }, 'linux', share],
  [{ INFRAGATE_HOME: '', XDG_DATA_HOME: '' }, 'linux', share],
  [{}, 'darwin', join(homedir(), 'Library', 'Application Support', 'infragate')],
  [{ LOCALAPPDATA: '/AppData/Local' }, 'win32', join('/AppData/Local', 'infragate')],
])('with %j on %s the data is in %s', (env, platform, folder) => {
  expect(dataFolder(env, platform)).toBe(folder);
});

test('the mount that holds a folder is the deepest, the later of two on one folder, with spaces in its name', () => {
  const mountinfo = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:40 / /home rw - nfs4 server:/home rw',
    '31 22 0:41 / /mnt/my\\040share rw - fuse.sshfs me@host: rw',
    '32 22 0:42 / /mnt/twice rw - ext4 /dev/sdb rw',
    '33 32 0:43 / /mnt/twice rw - fuse.rclone remote: rw',
    '',
  ].join('\n');
  expect(mountedAs('/home/me/x', mountinfo)).toBe('nfs4');
  expect(mountedAs('/homework', mountinfo)).toBe('ext4');
  expect(mountedAs('/mnt/my share/x', mountinfo)).toBe('fuse.sshfs');
  expect(mountedAs('/mnt/twice', mountinfo)).toBe('fuse.rclone');
});

test('this machine’s own disk is no network file system', () => {
  expect(networkFilesystem(import.meta.dirname)).toBeUndefined();
});
