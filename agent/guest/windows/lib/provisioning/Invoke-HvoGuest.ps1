function Invoke-HvoGuest {
    <#
    .SYNOPSIS
    Brings this VM from its first boot to its configuration; can be ended anywhere and started again.
    .DESCRIPTION
    The phases are waiting (the key is posted, data is awaited), applying (the data is stored), finishing (the outcome is
    decided) and done. The state is written before anything that the host can see, so no boot does less than the last.
    .PARAMETER Root
    Folder of the guest, which the image preparation has made.
    .OUTPUTS
    System.String: `Inert` (this VM was provisioned before), `Applied`, `Failed`, `Restart` (Windows has to be restarted),
    `Moved` (this has become another VM) or `NoHost` (the host has not told this VM's id within ten minutes).
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root
    )
    $id = Wait-HvoVirtualMachineId -Root $Root
    if (-not $id) { return 'NoHost' }
    $context = New-HvoGuestContext -Root $Root -VirtualMachineId $id
    $state = Get-HvoGuestState -Context $context
    if ($state.phase -ceq 'done') { return 'Inert' }
    Set-HvoProtectedFolder -Path $context.Machines
    Remove-HvoStaleState -Context $context
    Set-HvoProtectedFolder -Path $context.Folder
    if ($state.phase -ceq 'waiting') {
        if (-not (Receive-HvoSealedData -Context $context -State $state)) { return 'Moved' }
    }
    if ($state.phase -ceq 'applying') {
        if (-not $state.finished) { Publish-HvoGuestState -State $state -Progress applying -Step Hostname }
        Set-HvoGuestKvpItem -Name 'ProvisioningReady'
        if (Invoke-HvoConfiguration -Context $context -State $state) { return 'Restart' }
    }
    Complete-HvoProvisioning -Context $context -State $state
    if ($state.progress -ceq 'applied') { 'Applied' } else { 'Failed' }
}
