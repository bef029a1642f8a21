function Invoke-HvoGuest {
    <#
    .SYNOPSIS
        Provisions this VM from its first boot to its final state.
    .DESCRIPTION
        The phases are waiting (the key is published, the data is not there yet), applying (the data is stored),
        finishing (the result is known) and done. The process can be killed anywhere and started again: the state is
        saved before the host sees any effect of it.
    .PARAMETER Root
        Folder of the guest, which the image preparation has created.
    .OUTPUTS
        System.String: `AlreadyProvisioned` (nothing was done), `Applied`, `Failed`, `RestartRequired` (Windows must be
        restarted, and the guest run again), `VmChanged` (this has become another VM; run the guest again) or `NoVmId`
        (the host has not published the id of this VM within ten minutes).
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root
    )
    $id = Wait-HvoVirtualMachineId -Root $Root
    if (-not $id) { return 'NoVmId' }
    $context = New-HvoGuestContext -Root $Root -VirtualMachineId $id
    $state = Get-HvoGuestState -Context $context
    if ($state.phase -ceq 'done') { return 'AlreadyProvisioned' }
    Set-HvoProtectedFolder -Path $context.Machines
    Remove-HvoStaleState -Context $context
    Set-HvoProtectedFolder -Path $context.Folder
    if ($state.phase -ceq 'waiting') {
        if (-not (Receive-HvoSealedData -Context $context -State $state)) { return 'VmChanged' }
    }
    if ($state.phase -ceq 'applying') {
        if (-not $state.finished) {
            # The bootstrap script of the image has done this before, unless it is older than this script.
            Clear-HvoImagePassword -Root $Root -Received
            Publish-HvoGuestState -State $state -Progress applying -Step Hostname
        }
        Set-HvoGuestKvpItem -Name 'ProvisioningReady'
        if (Invoke-HvoConfiguration -Context $context -State $state) { return 'RestartRequired' }
    }
    Complete-HvoProvisioning -Context $context -State $state
    if ($state.progress -ceq 'applied') { return 'Applied' }
    return 'Failed'
}
