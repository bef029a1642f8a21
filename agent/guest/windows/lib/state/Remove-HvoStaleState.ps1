function Remove-HvoStaleState {
    <#
    .SYNOPSIS
        Deletes what a captured image contains of the VM that it was captured from: keys, data, and the published state.
    .PARAMETER Context
        The context of the guest.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context
    )
    foreach ($name in @(Get-HvoSubfolderName -Path $Context.Machines)) {
        if ($name -ceq $Context.Vm) { continue }
        Remove-HvoMachineKey -VirtualMachineId $name
        Remove-HvoPath -Path ([System.IO.Path]::Combine($Context.Machines, $name))
        Write-HvoGuestLog -Context $Context -Name StaleStateRemoved
    }
    if (-not (Get-HvoFileContent -Path $Context.State)) { Set-HvoGuestKvpItem -Name 'ProvisioningState' }
}
