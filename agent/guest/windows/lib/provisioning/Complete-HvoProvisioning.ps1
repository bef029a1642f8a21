function Complete-HvoProvisioning {
    <#
    .SYNOPSIS
        Publishes the final state, and deletes the data and the key that could decrypt another copy of it.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state. It is updated.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State
    )
    Publish-HvoGuestState -State $State -Progress $State.progress -Step $State.step -Code $State.code -Field $State.field
    Remove-HvoPath -Path $Context.Sealed
    Remove-HvoPath -Path "$($Context.Sealed).new"
    Remove-HvoMachineKey -VirtualMachineId $Context.Vm
    $State.phase = 'done'
    Set-HvoGuestState -Context $Context -State $State
    Write-HvoGuestLog -Context $Context -Name Done -Detail $State.progress
}
