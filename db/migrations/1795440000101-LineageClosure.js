// Breadth-first search over lineage_edge inside the database: one statement for any depth, each model expanded once.
// A recursive CTE cannot do it: UNION over (id, depth) visits a model once for each length of path to it, and an array
// of visited ids in the working table is copied for each level.
module.exports = class LineageClosure1795440000101 {
  name = 'LineageClosure1795440000101'

  async up(db) {
    // Ancestors (up) or descendants of root_id, without it, each with its distance, ordered by (depth, id): the first
    // max_nodes of them, no further than max_depth, and no further than the level that holds stop_at. A last row
    // without id says that max_depth was the end and more lies beyond.
    await db.query(`CREATE FUNCTION lineage_closure(
            root_id text, up boolean, max_depth integer, max_nodes integer, stop_at text DEFAULT NULL
        ) RETURNS TABLE (id text, depth integer) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            level integer := 0;
            room integer := max_nodes;
            frontier text[] := ARRAY[root_id];
            visited text[] := ARRAY[root_id];
            beyond boolean;
        BEGIN
            WHILE level < max_depth AND room > 0 LOOP
                -- Each branch has an index of its own: lineage_edge (child_id), lineage_edge (parent_id).
                IF up THEN
                    SELECT array_agg(n.model) INTO frontier FROM (
                        SELECT f.model COLLATE "C" AS model FROM (
                            SELECT e.parent_id AS model
                              FROM unnest(frontier) AS at (model) JOIN lineage_edge e ON e.child_id = at.model
                            EXCEPT SELECT unnest(visited)
                        ) f ORDER BY 1 LIMIT room) n;
                ELSE
                    SELECT array_agg(n.model) INTO frontier FROM (
                        SELECT f.model COLLATE "C" AS model FROM (
                            SELECT e.child_id AS model
                              FROM unnest(frontier) AS at (model) JOIN lineage_edge e ON e.parent_id = at.model
                            EXCEPT SELECT unnest(visited)
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
                beyond := EXISTS (
                    SELECT e.parent_id FROM unnest(frontier) AS at (model) JOIN lineage_edge e ON e.child_id = at.model
                    EXCEPT SELECT unnest(visited));
            ELSE
                beyond := EXISTS (
                    SELECT e.child_id FROM unnest(frontier) AS at (model) JOIN lineage_edge e ON e.parent_id = at.model
                    EXCEPT SELECT unnest(visited));
            END IF;
            IF beyond THEN
                RETURN QUERY SELECT NULL::text, level + 1;
            END IF;
        END $$`)
  }

  async down(db) {
    await db.query(`DROP FUNCTION lineage_closure(text, boolean, integer, integer, text)`)
  }
}
