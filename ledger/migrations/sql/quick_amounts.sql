-- What an amount must be, asked of every row that is written. PL/pgSQL, because PostgreSQL copies a function in SQL
-- into each statement's constraints and plans it anew there, which cost more than the statement's own work.
CREATE FUNCTION ledger_is_money(amount numeric, currency text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount > -1e15 AND amount < 1e15 AND amount = round(amount, public.ledger_scale(currency));
END $$;

-- applied_amount has its bounds in ledger_line_never_over_applied; NaN exceeds every number.
ALTER TABLE ledger_line
    DROP CONSTRAINT ledger_line_money,
    ADD CONSTRAINT ledger_line_money CHECK (
        ledger_is_money(amount, currency) AND ledger_is_money(tax_amount, currency) AND reserved_amount < 1e15);
ALTER TABLE ledger_document
    DROP CONSTRAINT ledger_document_money,
    ADD CONSTRAINT ledger_document_money CHECK (
        ledger_is_money(total, currency) AND (amount IS NULL OR (amount >= 0 AND ledger_is_money(amount, currency)))
        AND exchange_rate > 0 AND exchange_rate < 1e9);
