function Publish-HvoGuestState {
    <#
    .SYNOPSIS
    Tells the host how far the configuration is. There is no free text in it: it could echo a password.
    .PARAMETER State
    The guest's state, as Get-HvoGuestState returns it.
    .PARAMETER Progress
    applying, applied or failed.
    .PARAMETER Step
    The step.
    .PARAMETER Code
    Why it failed, or None.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $State,
        [Parameter(Mandatory = $true)] [ValidateSet('applying', 'applied', 'failed')] [string] $Progress,
        [Parameter(Mandatory = $true)]
        [ValidateSet('Read', 'Hostname', 'Account', 'Network', 'DomainJoin', 'Done')] [string] $Step,
        [Parameter()] [ValidatePattern('\A[A-Za-z]{1,40}\z')] [string] $Code = 'None'
    )
    $value = '{{"vm":"{0}","run":"{1}","kid":"{2}","state":"{3}","step":"{4}","code":"{5}"}}' -f
        $State.vm, $State.run, $State.kid, $Progress, $Step, $Code
    Set-HvoGuestKvpItem -Name 'ProvisioningState' -Value $value
}
