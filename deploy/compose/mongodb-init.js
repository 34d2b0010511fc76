// A replica set of one node, and the user of Isthmus with what it needs and no more. Run by mongosh; does nothing the second time.
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const admin = db.getSiblingDB('admin');
admin.auth('root', secret('mongodb_root_password'));

try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
while (!db.hello().isWritablePrimary) sleep(200);

if (admin.getUser('isthmus') === null)
  admin.createUser({
    user: 'isthmus',
    pwd: secret('mongodb_password'),
    roles: [
      // dbAdmin: before-images are switched on by collMod.
      { role: 'readWrite', db: 'shop' },
      { role: 'dbAdmin', db: 'shop' },
      { role: 'readWrite', db: 'sync_metadata' },
      { role: 'dbAdmin', db: 'sync_metadata' },
      // How far the oplog reaches back.
      { role: 'clusterMonitor', db: 'admin' },
    ],
  });
