function Complete-HvoProvisioning {
    <#
    .SYNOPSIS
    Tells the host how it ended, and forgets: the data, and the key that could open another copy of it.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state; it is changed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State
    )
    Publish-HvoGuestState -State $State -Progress $State.progress -Step $State.step -Code $State.code
    Remove-HvoPath -Path $Context.Sealed
    Remove-HvoPath -Path "$($Context.Sealed).new"
    Remove-HvoMachineKey -VirtualMachineId $Context.Vm
    $State.phase = 'done'
    Set-HvoGuestState -Context $Context -State $State
    Write-HvoGuestLog -Context $Context -Word Done -Detail $State.progress
}
