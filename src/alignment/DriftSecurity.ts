import type { Grant, LiveCatalog, Policy, Relation, Session } from "./Catalog.ts"
import type { Contract, ContractRelation } from "./Contract.ts"
import type { Difference } from "./Finding.ts"

/** What differs in row-level security, policies and the grants of the API's roles. */
export const securityDrift = (relation: ContractRelation, found: Relation): ReadonlyArray<Difference> => {
  const about = { relation: relation.name, object: relation.name, columns: [] }
  return [
    ...(relation.row_security && !found.row_security
      ? [{
        ...about,
        code: "row_security_disabled" as const,
        severity: "breaks_security" as const,
        expected: "enabled",
        found: "disabled"
      }]
      : []),
    ...(!relation.row_security_forced && found.row_security_forced
      ? [{
        ...about,
        code: "row_security_forced" as const,
        severity: "harmless" as const,
        expected: "not forced",
        found: "forced on the owner"
      }]
      : []),
    ...policyDrift(relation, found),
    ...grantDrift(relation.grants, found.grants).map((difference) => ({ ...difference, relation: relation.name }))
  ]
}

/** What the connected role cannot do although the service does it. */
export const sessionDrift = (relation: ContractRelation, session: Session): ReadonlyArray<Difference> => {
  if (!relation.modelled) return []
  const about = { relation: relation.name, columns: [] }
  const had = session.privileges[relation.name] ?? []
  const missing = ["SELECT", "INSERT", "UPDATE", "DELETE"].filter((privilege) => !had.includes(privilege))
  return [
    ...missing.map((privilege): Difference => ({
      ...about,
      object: privilege,
      code: "privilege_missing",
      severity: privilege === "SELECT" ? "breaks_reads" : "breaks_writes",
      expected: `${privilege} for ${session.role}`,
      found: "not granted"
    })),
    ...(session.row_security_applies.includes(relation.name)
      ? [{
        ...about,
        object: session.role,
        code: "row_security_applies" as const,
        severity: "breaks_reads" as const,
        expected: `a role that policies do not hold back`,
        found: `${session.role} is subject to row-level security`
      }]
      : [])
  ]
}

/** What differs in the grants on the schema `public` itself. */
export const schemaDrift = (contract: Contract, live: LiveCatalog): ReadonlyArray<Difference> =>
  grantDrift(contract.schema_grants, live.schema_grants)
    // More roles that may use the schema are no danger; more that may put objects into it are.
    .filter(({ code, found }) => code === "grant_missing" || found.includes("CREATE"))
    .map((difference) => ({
      ...difference,
      relation: "public",
      code: difference.code === "grant_extra" ? "schema_grant_extra" : "schema_grant_missing"
    }))

/** The privileges of each grantee that only one side has; what everybody has, a role does not miss. */
export const grantDifferences = (expected: ReadonlyArray<Grant>, found: ReadonlyArray<Grant>) => {
  const of = (grants: ReadonlyArray<Grant>, grantee: string) =>
    grants.find((grant) => grant.grantee === grantee)?.privileges ?? []
  return [...new Set([...expected, ...found].map(({ grantee }) => grantee))].map((grantee) => {
    const [wanted, had] = [of(expected, grantee), of(found, grantee)]
    return {
      grantee,
      wanted,
      had,
      missing: wanted.filter((privilege) => !had.includes(privilege) && !of(found, "PUBLIC").includes(privilege)),
      // MAINTAIN came with PostgreSQL 17 and is part of the service role's ALL.
      extra: had.filter((privilege) => !wanted.includes(privilege) && !(privilege === "MAINTAIN" && grantee === "service_role"))
    }
  })
}

const policyDrift = (relation: ContractRelation, found: Relation): ReadonlyArray<Difference> => {
  const about = { relation: relation.name, columns: [], severity: "breaks_security" as const }
  return [
    ...relation.policies.flatMap((expected): ReadonlyArray<Difference> => {
      const live = found.policies.find(({ name }) => name === expected.name)
      const difference = {
        ...about,
        object: expected.name,
        columns: ownColumns(relation, expected),
        expected: describe(expected)
      }
      if (live === undefined) return [{ ...difference, code: "policy_missing", found: "absent" }]
      return describe(live) === describe(expected) ? [] : [{ ...difference, code: "policy_different", found: describe(live) }]
    }),
    ...found.policies
      .filter((policy) => policy.permissive && !relation.policies.some(({ name }) => name === policy.name))
      .filter((policy) => policy.roles.some((role) => role !== "service_role"))
      .map((policy): Difference => ({
        ...about,
        object: policy.name,
        code: "policy_extra",
        expected: "absent",
        found: describe(policy)
      }))
  ]
}

const grantDrift = (expected: ReadonlyArray<Grant>, found: ReadonlyArray<Grant>) =>
  grantDifferences(expected, found).flatMap(({ extra, grantee, had, missing, wanted }) => {
    const difference = {
      severity: "breaks_security" as const,
      object: grantee,
      columns: [],
      expected: listed(wanted),
      found: listed(had)
    }
    return [
      ...(missing.length > 0 ? [{ ...difference, code: "grant_missing" as const }] : []),
      ...(extra.length > 0 ? [{ ...difference, code: "grant_extra" as const }] : [])
    ]
  })

const listed = (privileges: ReadonlyArray<string>) => privileges.length === 0 ? "nothing" : privileges.join(", ")

const ownColumns = (relation: Relation, policy: Policy) =>
  policy.depends_on.filter((place) => place.startsWith(`${relation.name}.`)).map((place) => place.slice(relation.name.length + 1))

const describe = (policy: Policy): string =>
  [
    `${policy.permissive ? "permissive" : "restrictive"} for ${policy.command} to ${policy.roles.join(", ")}`,
    ...(policy.using === null ? [] : [`using ${policy.using}`]),
    ...(policy.check === null ? [] : [`with check ${policy.check}`])
  ].join(" ").replace(/\s+/g, " ")
