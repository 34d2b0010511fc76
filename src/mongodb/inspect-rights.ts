/** Whether MongoDB's user may do what the sync does, and the command that grants what is missing. */
import type { Document } from 'mongodb';
import { type Finding, failed, ok } from '../base/finding.js';
import { metadataDatabase } from './names.js';
import type { PrepareTarget } from './prepare.js';

const readWrite = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex'];
const needs = (
  database: string,
): readonly { readonly database: string; readonly actions: readonly string[]; readonly roles: readonly string[] }[] => [
  { database, actions: [...readWrite, 'changeStream', 'collMod'], roles: ['readWrite', 'dbAdmin'] },
  { database: metadataDatabase, actions: readWrite, roles: ['readWrite'] },
];

export async function inspectRights({ client, database }: PrepareTarget): Promise<Finding[]> {
  const status = await client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const info = status['authInfo'] as {
    authenticatedUsers: { user: string; db: string }[];
    authenticatedUserPrivileges: Document[];
  };
  const [user] = info.authenticatedUsers;
  // Without a user the server either asks for none, or has refused us before this.
  if (user === undefined) return [ok('mongodb.rights', 'the server asks for no user')];
  return needs(database).map(({ database: on, actions, roles }) => {
    const missing = actions.filter(
      (action) => !info.authenticatedUserPrivileges.some((privilege) => grants(privilege, on, action)),
    );
    const id = `mongodb.rights.${on}`;
    if (missing.length === 0) return ok(id, `${user.user} may do all that the sync needs in ${on}`);
    const list = roles.map((role) => `{ role: ${JSON.stringify(role)}, db: ${JSON.stringify(on)} }`).join(', ');
    return failed(
      id,
      `${user.user} lacks ${missing.join(', ')} in ${on}`,
      `db.getSiblingDB(${JSON.stringify(user.db)}).grantRolesToUser(${JSON.stringify(user.user)}, [${list}])`,
    );
  });
}

function grants({ resource, actions }: Document, database: string, action: string): boolean {
  if (!(actions as string[]).includes(action)) return false;
  const { db, collection, anyResource } = resource as { db?: string; collection?: string; anyResource?: boolean };
  return anyResource === true || ((db === '' || db === database) && collection === '');
}
