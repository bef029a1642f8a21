function Wait-HvoVirtualMachineId {
    <#
    .SYNOPSIS
        Waits up to ten minutes for the id of this VM and returns it.
    .DESCRIPTION
        The data exchange service starts at about the same time as the guest. Its values survive a restart, so a
        captured image shows the id of the VM that it was captured from until the host publishes the new one. Such a
        stale id is recognised by the SMBIOS UUID that the guest has stored with it, since the UUID is correct from the
        start.
    .PARAMETER Root
        Folder of the guest.
    .OUTPUTS
        System.String, or nothing after ten minutes: this is not a Hyper-V VM, or its data exchange service does not
        run.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root
    )
    for ($try = 0; $try -lt 120; $try++) {
        $id = Get-HvoVirtualMachineId
        if ($id) {
            $known = (Get-HvoGuestState -Context (New-HvoGuestContext -Root $Root -VirtualMachineId $id)).machine
            if (-not $known -or $known -ceq (Get-HvoSmbiosUuid)) { return $id }
        }
        Start-Sleep -Seconds 5
    }
}
