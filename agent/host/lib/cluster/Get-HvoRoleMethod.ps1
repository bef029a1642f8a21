function Get-HvoRoleMethod {
    <#
    .SYNOPSIS
        Returns how a cluster role can be made: Direct in this process, Task as a scheduled task, or None.
    .DESCRIPTION
        Add-ClusterVirtualMachineRole does not work in a network logon, as that of WinRM is, without delegated credentials. The
        account of a JEA endpoint, virtual or managed, is logged on otherwise; so is a task that runs as SYSTEM. A token with
        NETWORK (S-1-5-2) is that of a network logon.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $sids = @(Get-HvoLogonSid)
    $network = $sids -ccontains 'S-1-5-2'
    if ($sids.Count -and -not $network) { return 'Direct' }
    if (Get-Command -Name 'Register-ScheduledTask' -ErrorAction SilentlyContinue) { return 'Task' }
    if ($network) { return 'None' }
    return 'Direct'
}
