function Get-HvoSha256 {
    <#
    .SYNOPSIS
        Returns the SHA-256 of bytes or of a file.
    .OUTPUTS
        Byte array of 32, as one object.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true, ParameterSetName = 'Bytes')] [AllowEmptyCollection()] [byte[]] $Bytes,
        [Parameter(Mandatory = $true, ParameterSetName = 'Path')] [string] $Path
    )
    $algorithm = [System.Security.Cryptography.SHA256]::Create()
    try {
        if ($PSCmdlet.ParameterSetName -eq 'Bytes') { return , $algorithm.ComputeHash($Bytes) }
        $stream = [System.IO.File]::Open($Path, 'Open', 'Read', 'Read')
        try { return , $algorithm.ComputeHash($stream) } finally { $stream.Dispose() }
    } finally {
        $algorithm.Dispose()
    }
}
