// lineage_closure along some edges and models alone, for the filters of lineage, lineagePath and commonAncestors.
module.exports = class FilteredLineage1795900000502 {
  name = 'FilteredLineage1795900000502'

  async up(db) {
    // As the lineage_closure of five arguments has it, where edges of other roles, and models of other chains or protocols,
    // are as if they were not there; root_id and stop_at always are. Null: all. Where nothing is filtered that one answers:
    // conditions that hold for every row make Postgres guess few, and join level by level in a loop.
    await db.query(`CREATE FUNCTION lineage_closure(
            root_id text, up boolean, max_depth integer, max_nodes integer, stop_at text,
            roles text[], chains text[], protocols text[]
        ) RETURNS TABLE (id text, depth integer) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            level integer := 0;
            room integer := max_nodes;
            frontier text[] := ARRAY[root_id];
            visited text[] := ARRAY[root_id];
            beyond boolean;
        BEGIN
            IF roles IS NULL AND chains IS NULL AND protocols IS NULL THEN
                RETURN QUERY SELECT c.id, c.depth FROM lineage_closure(root_id, up, max_depth, max_nodes, stop_at) c;
                RETURN;
            END IF;
            WHILE level < max_depth AND room > 0 LOOP
                IF up THEN
                    SELECT array_agg(n.model) INTO frontier FROM (
                        SELECT f.model COLLATE "C" AS model FROM (${further('child_id', 'parent_id')}
                        ) f ORDER BY 1 LIMIT room) n;
                ELSE
                    SELECT array_agg(n.model) INTO frontier FROM (
                        SELECT f.model COLLATE "C" AS model FROM (${further('parent_id', 'child_id')}
                        ) f ORDER BY 1 LIMIT room) n;
                END IF;
                EXIT WHEN frontier IS NULL;
                level := level + 1;
                room := room - cardinality(frontier);
                visited := visited || frontier;
                RETURN QUERY SELECT f.model, level FROM unnest(frontier) AS f (model);
                EXIT WHEN stop_at = ANY (frontier);
            END LOOP;
            IF level < max_depth OR room <= 0 OR stop_at IS NOT NULL THEN
                RETURN;
            ELSIF up THEN
                beyond := EXISTS (${further('child_id', 'parent_id')});
            ELSE
                beyond := EXISTS (${further('parent_id', 'child_id')});
            END IF;
            IF beyond THEN
                RETURN QUERY SELECT NULL::text, level + 1;
            END IF;
        END $$`)
  }

  async down(db) {
    await db.query(
      `DROP FUNCTION lineage_closure(text, boolean, integer, integer, text, text[], text[], text[])`,
    )
  }
}

/** Models at the other ends of the frontier's edges. Indexes: lineage_edge (child_id), lineage_edge (parent_id). */
function further(near, far) {
  return `
    SELECT e.${far} AS model FROM unnest(frontier) AS at (model) JOIN lineage_edge e ON e.${near} = at.model
     WHERE (roles IS NULL OR e.role = ANY (roles))
       AND (chains IS NULL OR split_part(e.${far}, '/', 1) = ANY (chains) OR e.${far} = stop_at)
       AND (protocols IS NULL OR split_part(split_part(e.${far}, '/', 2), ':', 1) = ANY (protocols) OR e.${far} = stop_at)
    EXCEPT SELECT unnest(visited)`
}
