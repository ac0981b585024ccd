"""What Prometheus and Grafana are told: expressions, thresholds, alerts and dashboards. Pure.

    limits.py          from which value on something is wrong: one figure for the alert and for the panel's color
    scope.py           which pipeline an expression speaks of, and over which time
    expressions.py     the PromQL of everything that is both shown and alerted on
    alert.py           an alert, and how it becomes a rule
    pipeline_alerts.py, operator_alerts.py         the alerts
    panel.py, dashboard.py                         Grafana's JSON
    pipeline_dashboard.py, fleet_dashboard.py      the dashboards

children/monitoring.py makes Kubernetes objects of it.
"""
