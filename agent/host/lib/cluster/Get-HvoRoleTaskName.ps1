function Get-HvoRoleTaskName {
    <#
    .SYNOPSIS
        Returns the name of the scheduled task that makes the cluster role of a machine, or with * that of any machine.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $MachineUid
    )
    return "HyperVOperator-ClusterRole-$MachineUid"
}
