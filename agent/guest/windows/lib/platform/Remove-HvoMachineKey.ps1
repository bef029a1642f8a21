function Remove-HvoMachineKey {
    <#
    .SYNOPSIS
        Deletes the private key of a VM, if it exists.
    .PARAMETER VirtualMachineId
        Id of the VM.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $provider = [System.Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
    $options = [System.Security.Cryptography.CngKeyOpenOptions]::MachineKey
    $name = "HyperVOperator.Guest.$VirtualMachineId"
    if (-not [System.Security.Cryptography.CngKey]::Exists($name, $provider, $options)) { return }
    [System.Security.Cryptography.CngKey]::Open($name, $provider, $options).Delete()
}
