function Wait-HvoVirtualMachineId {
    <#
    .SYNOPSIS
    Waits until the host has told this VM's id: the service that takes it starts at about the time this does.
    .DESCRIPTION
    What the host told last outlasts a restart: a captured image shows the id of the VM it was made from until the host has
    told the new one. The firmware's number is right at once and tells such an id.
    .PARAMETER Root
    Folder of the guest, which the image preparation has made.
    .OUTPUTS
    System.String, or nothing after ten minutes: this is no Hyper-V VM, or its data exchange is off.
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
