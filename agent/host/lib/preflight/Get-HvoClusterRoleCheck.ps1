function Get-HvoClusterRoleCheck {
    <#
    .SYNOPSIS
        Returns the row of how cluster roles are made, which depends on the agent's logon; none without spec.failoverCluster.
    .DESCRIPTION
        Microsoft documents that Add-ClusterVirtualMachineRole cannot be run remotely without CredSSP: a network logon cannot pass its
        credentials on.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Name
    )
    if (-not $Name) { return }
    $row = @{ Expected = 'a logon that is no network logon, or the right to run a scheduled task as SYSTEM' }
    switch (Get-HvoRoleMethod) {
        'Direct' { return New-HvoCheckRow -Id ClusterRole @row -State ok -Observed 'roles are made by the agent itself' }
        'Task' { return New-HvoCheckRow -Id ClusterRole @row -State ok -Observed 'roles are made by a scheduled task that runs as SYSTEM' }
    }
    return New-HvoCheckRow -Id ClusterRole @row -State warning -Observed 'a network logon, and no scheduled tasks'
}
