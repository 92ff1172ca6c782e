-- Lettering the past (SPEC 10): the codes of an old application are a fact of their own, put on the application by the
-- trigger below alone. To everybody else an application stays what it was when it was inserted.
DROP TRIGGER append_only ON ledger_application;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger_application
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
-- As on ledger_line: statements of clients; the lettering runs as the owner, from inside.
CREATE TRIGGER changed BEFORE UPDATE ON ledger_application
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0 OR current_user = 'arledger_app')
    EXECUTE FUNCTION core_refuse();

CREATE FUNCTION ledger_lettering_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET random_page_cost = 0.1 SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (
        SELECT FROM added t
        LEFT JOIN companies_configuration f ON f.company_id = t.company_id
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_application o
            WHERE o.company_id = t.company_id AND o.id = t.application_id OFFSET 0
        ) a ON true
        WHERE (coalesce(t.charge_code, t.credit_code) IS NOT NULL
               AND a.charge_code IS NULL AND a.credit_code IS NULL AND a.reverses_id IS NULL
               AND a.charge_document_id <> a.credit_document_id
               AND a.recorded_at < f.reconciliation_enabled_at
               AND t.recorded_at >= f.reconciliation_enabled_at) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_lettering_of_the_past',
            'only a match without codes, made before reconciliation was switched on, is lettered');
    END IF;
    UPDATE ledger_application a SET charge_code = t.charge_code, credit_code = t.credit_code
    FROM added t
    WHERE a.company_id = ledger_company() AND a.id = ANY (ARRAY(SELECT application_id FROM added))
      AND a.id = t.application_id;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_lettering_inserted() FROM PUBLIC;

CREATE TRIGGER lettered AFTER INSERT ON ledger_lettering REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_lettering_inserted();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_lettering
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
