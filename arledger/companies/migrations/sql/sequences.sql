-- Numbers are never given back: a counter only grows (SPEC 5).
CREATE FUNCTION companies_sequence_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the counter of a number sequence only grows'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'companies_numbersequence_grows';
END $$;
CREATE TRIGGER grows BEFORE UPDATE ON companies_numbersequence
    FOR EACH ROW WHEN (NEW.last_value < OLD.last_value) EXECUTE FUNCTION companies_sequence_grows();
