function Get-HvoExecutionPolicyCheck {
    <#
    .SYNOPSIS
        Returns the row of the execution policy that is in effect, with the scope that sets it.
    .DESCRIPTION
        A policy of the scopes MachinePolicy and UserPolicy comes from Group Policy, and no session overrides it. The scopes are listed by
        precedence; the first that is defined is in effect.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $expected = 'RemoteSigned, Unrestricted or Bypass; AllSigned for an agent whose files are signed'
    $found = @(Get-ExecutionPolicy -List | Where-Object { [string]$_.ExecutionPolicy -cne 'Undefined' })
    if (-not $found.Count) {
        return New-HvoCheckRow -Id ExecutionPolicy -State ok -Observed 'Undefined in all scopes' -Expected $expected
    }
    $policy, $scope = [string]$found[0].ExecutionPolicy, [string]$found[0].Scope
    $state = if ('AllSigned', 'Restricted' -ccontains $policy) { 'warning' } else { 'ok' }
    return New-HvoCheckRow -Id ExecutionPolicy -State $state -Observed "$policy (scope $scope)" -Expected $expected
}
