function Wait-HvoVirtualMachineId {
    <#
    .SYNOPSIS
    Waits until the host has told this VM's id: the service that takes it starts at about the time this does.
    .OUTPUTS
    System.String, or nothing after ten minutes: this is no Hyper-V VM, or its data exchange is off.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    for ($try = 0; $try -lt 120; $try++) {
        $id = Get-HvoVirtualMachineId
        if ($id) { return $id }
        Start-Sleep -Seconds 5
    }
}
