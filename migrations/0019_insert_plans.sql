-- The plans and prices to begin with. Another price is another row with a later valid_from; these stay for the statements of their time.

INSERT INTO plans (tier, monthly_credits, rollover_months, valid_from) VALUES
  ('free', 100, 0, '2020-01-01T00:00:00Z'),
  ('standard', 2000, 1, '2020-01-01T00:00:00Z'),
  ('premium', 10000, 2, '2020-01-01T00:00:00Z'),
  ('enterprise', 50000, 3, '2020-01-01T00:00:00Z');

INSERT INTO prices (action, credits, free_per_month, valid_from) VALUES
  ('profile_unlock', 25, 0, '2020-01-01T00:00:00Z'),
  ('post_analytics', 5, 5, '2020-01-01T00:00:00Z'),
  ('discovery_page', 1, 20, '2020-01-01T00:00:00Z'),
  ('campaign_report', 10, 0, '2020-01-01T00:00:00Z'),
  ('data_export', 50, 0, '2020-01-01T00:00:00Z');
