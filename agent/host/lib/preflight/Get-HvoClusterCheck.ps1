function Get-HvoClusterCheck {
    <#
    .SYNOPSIS
        Returns the row of the failover cluster: whether the host is a node of the one that the HyperVHost names.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Name
    )
    $expected = if ($Name) { "a node of $Name" } else { 'no node of a failover cluster' }
    $row = @{ Subject = $Name; Expected = $expected }
    if (-not (Get-Command -Name 'Get-Cluster' -ErrorAction SilentlyContinue)) {
        $state = if ($Name) { 'warning' } else { 'ok' }
        return New-HvoCheckRow -Id FailoverCluster @row -State $state -Observed 'the failover clustering feature is not installed'
    }
    try {
        $found = [string](Get-Cluster -ErrorAction Stop).Name
    } catch {
        # Denied is not absent. Without a cluster to be a node of, neither matters.
        $failure = ConvertTo-HvoFailure -ErrorRecord $_ -Doing 'Asking for the failover cluster'
        $state = if (-not $Name) { 'ok' } elseif ($failure.Code -ceq 'AccessDenied') { 'unknown' } else { 'warning' }
        return New-HvoCheckRow -Id FailoverCluster @row -State $state -Observed $failure.Message
    }
    $state = if ($found -eq $Name) { 'ok' } else { 'warning' }
    return New-HvoCheckRow -Id FailoverCluster @row -State $state -Observed "a node of $found"
}
