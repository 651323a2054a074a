/**
 * The queries of `introspect`. One row is one relation or routine, its parts aggregated in JSON: one round trip each, whatever the number
 * of tables. Objects of extensions and partitions (which follow their parent) are left out.
 */

/** `oid`, name as the catalog has it and the owner of each relation that is looked at. */
const target = `
  SELECT c.oid, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relacl,
    CASE n.nspname WHEN 'public' THEN c.relname::text ELSE n.nspname || '.' || c.relname END AS name
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND (n.nspname = 'public' OR (n.nspname = 'auth' AND c.relname IN ('users', 'sessions')))
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

const roleName = (oid: string) => `CASE ${oid} WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(${oid}) END`

/** Roles whose grants are compared; owners and other roles are the installation's own affair. */
const comparedRole = (oid: string) => `(${oid} = 0 OR pg_get_userbyid(${oid}) IN ('anon', 'authenticated', 'service_role'))`

/** The columns (`relation.column`) that an object's expression names. */
const dependsOn = (catalog: string, oid: string) => `
  ARRAY(
    SELECT DISTINCT target.name || '.' || a.attname
    FROM pg_depend AS d JOIN target ON target.oid = d.refobjid
      JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    ORDER BY 1
  )`

const columnNames = (keys: string) => `
  ARRAY(
    SELECT a.attname::text FROM unnest(${keys}) WITH ORDINALITY AS key (number, position)
      JOIN pg_attribute AS a ON a.attrelid = target.oid AND a.attnum = key.number
    ORDER BY key.position
  )`

export const relationsQuery = `
WITH target AS (${target})
SELECT target.name, target.relrowsecurity AS row_security, target.relforcerowsecurity AS row_security_forced,
  CASE target.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END AS kind,
  pg_get_partkeydef(target.oid) AS partition_key,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull,
      'default', pg_get_expr(d.adbin, d.adrelid),
      'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END,
      'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' ELSE '' END
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = target.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS columns,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', c.conname, 'columns', ${columnNames("c.conkey")}, 'validated', c.convalidated,
      'kind', CASE c.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign' WHEN 'c' THEN 'check' ELSE 'exclusion' END,
      'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '')
    ) ORDER BY c.conname), '[]')
    FROM pg_constraint AS c
    WHERE c.conrelid = target.oid AND c.conparentid = 0 AND c.contype IN ('p', 'u', 'f', 'c', 'x')
  ) AS constraints,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', c.relname, 'columns', ${columnNames("i.indkey::int2[]")}, 'definition', pg_get_indexdef(i.indexrelid),
      'unique', i.indisunique, 'valid', i.indisvalid AND i.indisready
    ) ORDER BY c.relname), '[]')
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = target.oid
      AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  ) AS indexes,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', p.polname, 'permissive', p.polpermissive,
      'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      'roles', ARRAY(SELECT ${roleName("role.oid")}::text FROM unnest(p.polroles) AS role (oid) ORDER BY 1),
      'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
      'depends_on', ${dependsOn("pg_policy", "p.oid")}
    ) ORDER BY p.polname), '[]')
    FROM pg_policy AS p WHERE p.polrelid = target.oid
  ) AS policies,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', t.tgname, 'definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled IN ('O', 'A')
    ) ORDER BY t.tgname), '[]')
    FROM pg_trigger AS t WHERE t.tgrelid = target.oid AND NOT t.tgisinternal AND t.tgparentid = 0
  ) AS triggers,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object('grantee', given.grantee, 'privileges', given.privileges) ORDER BY given.grantee), '[]')
    FROM (
      SELECT ${roleName("acl.grantee")}::text AS grantee, array_agg(DISTINCT acl.privilege ORDER BY acl.privilege) AS privileges
      FROM (
        SELECT grantee, privilege_type AS privilege FROM aclexplode(coalesce(target.relacl, acldefault('r', target.relowner)))
        UNION ALL
        SELECT x.grantee, x.privilege_type || ' (' || a.attname || ')'
        FROM pg_attribute AS a, aclexplode(a.attacl) AS x WHERE a.attrelid = target.oid AND a.attnum > 0 AND NOT a.attisdropped
      ) AS acl
      WHERE ${comparedRole("acl.grantee")}
      GROUP BY 1
    ) AS given
  ) AS grants
FROM target ORDER BY target.name`

export const routinesQuery = `
WITH target AS (${target})
SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name,
  coalesce(pg_get_function_result(p.oid), '') AS returns, pg_get_functiondef(p.oid) AS definition, p.prosecdef AS security_definer,
  ARRAY(
    SELECT ${roleName("acl.grantee")}::text FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
    WHERE ${comparedRole("acl.grantee")} ORDER BY 1
  ) AS executors,
  ${dependsOn("pg_proc", "p.oid")} AS depends_on
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN ('public', 'auth') AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1`

export const schemaGrantsQuery = `
SELECT ${roleName("acl.grantee")}::text AS grantee, array_agg(acl.privilege_type ORDER BY acl.privilege_type) AS privileges
FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS acl
WHERE n.nspname = 'public' AND ${comparedRole("acl.grantee")}
GROUP BY 1 ORDER BY 1`

export const sessionQuery = `
WITH target AS (${target})
SELECT current_setting('server_version_num')::int AS server_version, current_user::text AS role,
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role') ORDER BY 1) AS roles,
  ARRAY(SELECT name FROM target WHERE relkind IN ('r', 'p') AND row_security_active(oid) ORDER BY 1) AS row_security_applies,
  (
    SELECT coalesce(jsonb_object_agg(name, ARRAY(
      SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
      WHERE has_schema_privilege(CASE WHEN name LIKE 'auth.%' THEN 'auth' ELSE 'public' END, 'USAGE')
        AND has_table_privilege(target.oid, privilege)
    )), '{}') FROM target
  ) AS privileges`
