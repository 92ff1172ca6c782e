-- Amounts: bounded (NaN refused by the upper bound) and no finer than the currency's minor unit.
CREATE FUNCTION ledger_scale(currency text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
                          'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        WHEN currency IN ('CLF', 'UYW') THEN 4
        ELSE 2
    END
$$;

ALTER TABLE ledger_line
    ADD CONSTRAINT ledger_line_money CHECK (
        amount > -1e15 AND amount < 1e15 AND amount = round(amount, ledger_scale(currency))
        AND applied_amount > -1e15 AND applied_amount < 1e15 AND reserved_amount > -1e15 AND reserved_amount < 1e15
        AND tax_amount > -1e15 AND tax_amount < 1e15 AND tax_amount = round(tax_amount, ledger_scale(currency)));
ALTER TABLE ledger_document
    ADD CONSTRAINT ledger_document_money CHECK (
        total > -1e15 AND total < 1e15 AND total = round(total, ledger_scale(currency))
        AND (amount IS NULL OR (amount >= 0 AND amount < 1e15 AND amount = round(amount, ledger_scale(currency))))
        AND exchange_rate > 0 AND exchange_rate < 1e9),
    ADD CONSTRAINT ledger_document_currency CHECK (currency ~ '^[A-Z]{3}$');
ALTER TABLE ledger_reservation
    ADD CONSTRAINT ledger_reservation_money CHECK (amount <> 0 AND amount > -1e15 AND amount < 1e15);
ALTER TABLE ledger_application
    ADD CONSTRAINT ledger_application_money CHECK (amount > -1e15 AND amount < 1e15);

-- Room for updates of applied_amount beside the row itself (heap-only tuples).
ALTER TABLE ledger_line SET (fillfactor = 85);
ALTER TABLE ledger_document SET (fillfactor = 85);
