"""Amazon CloudWatch: queries of Logs Insights, and a metric filter with an alarm."""

from __future__ import annotations

from tracefmt.cli.audit.query.names import Names


def _missing(names: Names) -> str:
    key = f"`{names.trace_id}`"
    return (
        f"fields if(ispresent({key}) and {key} like /^({names.valid})$/ "
        f"and not ({key} like /^({names.zeros})$/), 0, 1) as missing"
    )


def query(names: Names, source: str) -> str:
    """Return the audit as queries of Logs Insights, one for each table."""
    missing = _missing(names)
    counts = "stats count(*) as lines, sum(missing) as without_id, avg(missing) as share"
    key = f"`{names.trace_id}`"
    groups = "\n\n".join(
        f"# by {group}\n{missing}\n| {counts} by `{name}`\n| sort without_id desc"
        for group, name in names.groups.items()
    )
    return f"""
# log group: {source}
# all lines
{missing}
| {counts}

{groups}

# by minute
{missing}
| {counts} by bin(1m)

# what stands for the id; absent, empty and null are one here
{missing}
| filter missing = 1
| fields if(not ispresent({key}) or {key} = "", "absent, empty or null",
    if({key} = "0", "0", if({key} like /^({names.zeros})$/, "zeros", "malformed"))) as kind
| stats count(*) as lines by kind
"""


def alert(names: Names, source: str, share: float) -> str:
    """Return a template of CloudFormation: two metric filters, and an alarm on their quotient."""
    key = f'$.["{names.trace_id}"]' if "." in names.trace_id else f"$.{names.trace_id}"
    return f"""
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  LinesOfLog:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: {source}
      FilterPattern: '{{ $.{names.level} = "*" }}'
      MetricTransformations:
        - MetricNamespace: tracefmt
          MetricName: Lines
          MetricValue: "1"
          DefaultValue: 0
  LinesWithTrace:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: {source}
      FilterPattern: '{{ {key} = %^{names.valid}$% && {key} != %^({names.zeros})$% }}'
      MetricTransformations:
        - MetricNamespace: tracefmt
          MetricName: LinesWithTrace
          MetricValue: "1"
          DefaultValue: 0
  LinesWithoutTrace:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: Too many log lines have no trace id
      ComparisonOperator: GreaterThanThreshold
      Threshold: {share!r}
      EvaluationPeriods: 2
      TreatMissingData: notBreaching
      Metrics:
        - Id: share
          Expression: (lines - traced) / lines
        - Id: lines
          ReturnData: false
          MetricStat:
            Metric: {{ Namespace: tracefmt, MetricName: Lines }}
            Period: 600
            Stat: Sum
        - Id: traced
          ReturnData: false
          MetricStat:
            Metric: {{ Namespace: tracefmt, MetricName: LinesWithTrace }}
            Period: 600
            Stat: Sum
"""
