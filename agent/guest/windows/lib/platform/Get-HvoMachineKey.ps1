function Get-HvoMachineKey {
    <#
    .SYNOPSIS
    Opens the private key that this VM has been given.
    .PARAMETER VirtualMachineId
    Id of the VM; a captured image never finds the key of the VM it was made from.
    .OUTPUTS
    System.Security.Cryptography.RSA, or nothing where there is no such key.
    #>
    [CmdletBinding()]
    [OutputType([System.Security.Cryptography.RSA])]
    param(
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $provider = [System.Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
    $options = [System.Security.Cryptography.CngKeyOpenOptions]::MachineKey
    $name = "HyperVOperator.Guest.$VirtualMachineId"
    if (-not [System.Security.Cryptography.CngKey]::Exists($name, $provider, $options)) { return }
    $key = [System.Security.Cryptography.CngKey]::Open($name, $provider, $options)
    [System.Security.Cryptography.RSACng]::new($key)
}
