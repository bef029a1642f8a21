function Get-HvoQuotaCheck {
    <#
    .SYNOPSIS
        Returns the rows of WinRM's quotas.
    .DESCRIPTION
        The operator has a shell for each of the concurrent runs, two for short calls, and as many again while it replaces them. Each call
        needs a few operations.
    .OUTPUTS
        Ordered dictionaries (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [int] $Runs
    )
    $shells = $Runs + 4
    $wanted = [ordered]@{
        MaxShellsPerUser = $shells; MaxMemoryPerShellMB = 1024; MaxProcessesPerShell = 5; MaxConcurrentOperationsPerUser = 5 * $shells
    }
    $winrs = Get-WSManInstance -ResourceURI 'winrm/config/winrs' -ErrorAction Stop
    $service = Get-WSManInstance -ResourceURI 'winrm/config/service' -ErrorAction Stop
    foreach ($name in $wanted.Keys) {
        $source = if ($name -ceq 'MaxConcurrentOperationsPerUser') { $service } else { $winrs }
        $text = [string](Get-HvoProperty $source $name)
        $value, $state = [long]0, 'unknown'
        if ($text -cmatch '\A[0-9]{1,18}\z') {
            $value = [long]$text
            $state = if ($value -ge $wanted[$name]) { 'ok' } else { 'warning' }
        }
        $observed = if ($text) { $text } else { 'not reported' }
        New-HvoCheckRow -Id WinRMQuota -Subject $name -State $state -Observed $observed -Expected "at least $($wanted[$name])"
    }
}
