function New-HvoMachineKey {
    <#
    .SYNOPSIS
    Makes this VM's private key: RSA with 3072 bits, kept by Windows as a machine key that cannot be exported.
    .PARAMETER VirtualMachineId
    Id of the VM.
    .OUTPUTS
    System.Security.Cryptography.RSA
    #>
    [CmdletBinding()]
    [OutputType([System.Security.Cryptography.RSA])]
    param(
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $wanted = [System.Security.Cryptography.CngKeyCreationParameters]::new()
    $wanted.Provider = [System.Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
    $wanted.ExportPolicy = [System.Security.Cryptography.CngExportPolicies]::None
    $wanted.KeyUsage = [System.Security.Cryptography.CngKeyUsages]::Decryption
    $options = [System.Security.Cryptography.CngKeyCreationOptions]
    $wanted.KeyCreationOptions = $options::MachineKey -bor $options::OverwriteExistingKey
    $none = [System.Security.Cryptography.CngPropertyOptions]::None
    $length = [System.Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes(3072), $none)
    $wanted.Parameters.Add($length)
    $rsa = [System.Security.Cryptography.CngAlgorithm]::Rsa
    $key = [System.Security.Cryptography.CngKey]::Create($rsa, "HyperVOperator.Guest.$VirtualMachineId", $wanted)
    [System.Security.Cryptography.RSACng]::new($key)
}
