-- Rows of one lot arrive over weeks and lie on as many pages. Once the lots of a partition have
-- gone quiet it can be laid in the order of its lots: a lot is then on one page or two, and the
-- pages of its indexes are full. Rows stay what they are. Whoever reads or files waits meanwhile.
CREATE FUNCTION settle_entry_partition(number integer, since integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part regclass := to_regclass('entry_' || to_char(number, 'FM0000'));
    by_lot regclass;
    recent bigint;
BEGIN
    SELECT i.inhrelid INTO by_lot FROM pg_inherits i
        JOIN pg_index x ON x.indexrelid = i.inhrelid
        WHERE i.inhparent = 'ix_entry_lot'::regclass AND x.indrelid = part
            AND NOT x.indisclustered;
    IF by_lot IS NULL OR (SELECT last_value FROM lot_id_seq) < (number + 1) * 1600000 THEN
        RETURN false;  -- there is none, it is laid already, or lots are still opened in it
    END IF;
    -- One row in a hundred may be younger: somebody is always late, and some dates are wrong.
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %s WHERE ts / 86400 >= %s LIMIT %s) AS r',
        part, since / 86400,
        (SELECT greatest(reltuples, 0)::bigint / 100 + 1 FROM pg_class WHERE oid = part))
        INTO recent;
    IF recent > (SELECT greatest(reltuples, 0)::bigint / 100 FROM pg_class WHERE oid = part) THEN
        RETURN false;
    END IF;
    EXECUTE format('CLUSTER %s USING %I', part,
        (SELECT relname FROM pg_class WHERE oid = by_lot));
    EXECUTE format('ANALYZE %s', part);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION settle_entry_partition(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_entry_partition(integer, integer) TO suyuan_app;
