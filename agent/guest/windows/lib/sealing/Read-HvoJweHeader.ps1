function Read-HvoJweHeader {
    <#
    .SYNOPSIS
        Checks the protected header of a JWE and returns the run that it names.
    .PARAMETER Header
        The first part of the JWE.
    .PARAMETER VirtualMachineId
        Id of this VM.
    .PARAMETER Kid
        Thumbprint of the key of this VM.
    .OUTPUTS
        PSCustomObject with Refusal (a code; empty if the header is accepted) and Run.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Header,
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId,
        [Parameter(Mandatory = $true)] [string] $Kid
    )
    try {
        $bytes = ConvertFrom-HvoBase64Url -Text $Header
        $entries = ConvertFrom-HvoJson -Stream ([System.IO.MemoryStream]::new($bytes))
    } catch [FormatException] {
        return [PSCustomObject]@{ Refusal = 'HeaderUnreadable'; Run = '' }
    }
    # `zip` and `crit` would change the meaning of the other parts.
    if ($entries.ContainsKey('zip') -or $entries.ContainsKey('crit') -or
        -not (Test-HvoJsonString -Value $entries['alg'] -Expected 'RSA-OAEP-256') -or
        -not (Test-HvoJsonString -Value $entries['enc'] -Expected 'A256CBC-HS512')) {
        return [PSCustomObject]@{ Refusal = 'OtherAlgorithm'; Run = '' }
    }
    if (-not (Test-HvoJsonString -Value $entries['vm'] -Expected $VirtualMachineId)) {
        return [PSCustomObject]@{ Refusal = 'OtherVm'; Run = '' }
    }
    if (-not (Test-HvoJsonString -Value $entries['kid'] -Expected $Kid)) {
        return [PSCustomObject]@{ Refusal = 'OtherKey'; Run = '' }
    }
    $run = $entries['run']
    if ($run -isnot [string] -or $run -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z') {
        return [PSCustomObject]@{ Refusal = 'NoRun'; Run = '' }
    }
    return [PSCustomObject]@{ Refusal = ''; Run = $run }
}
