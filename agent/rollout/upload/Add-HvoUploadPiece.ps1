function Add-HvoUploadPiece {
    <#
    .SYNOPSIS
        Appends a piece to its file in an upload's folder.
    .OUTPUTS
        Int64: the number of bytes appended.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [string] $Staged,
        [Parameter(Mandatory = $true)] [object] $Piece
    )
    $name = Get-HvoProperty $Piece 'path'
    if (-not (Test-HvoPiecePath $name)) {
        Stop-HvoRollout -Code InvalidRequest -Message ("The path '$name' is not allowed for a file of the agent: it has to be " +
            'relative, with /, of letters, digits, dots, hyphens and underscores, at most 200 characters.')
    }
    $offset = Get-HvoProperty $Piece 'offset'
    $data = Get-HvoProperty $Piece 'data'
    if (-not (Test-HvoInteger -Value $offset -Minimum 0 -Maximum ([long]::MaxValue)) -or -not ($data -is [string])) {
        Stop-HvoRollout -Code InvalidRequest -Message "A piece of $name lacks its offset or its data."
    }
    try {
        $bytes = [Convert]::FromBase64String($data)
    } catch {
        Stop-HvoRollout -Code InvalidRequest -Message "The data of a piece of $name is not base64."
    }
    $file = [System.IO.Path]::Combine($Staged, $name.Replace('/', [System.IO.Path]::DirectorySeparatorChar))
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($file))
    $stream = [System.IO.File]::Open($file, 'OpenOrCreate', 'Write', 'None')
    try {
        if ($stream.Length -ne $offset) {
            Stop-HvoRollout -Code UploadBroken -Message ("A piece of $name belongs at byte $offset, and $($stream.Length) bytes " +
                'are there: a piece is missing or was sent twice.')
        }
        $null = $stream.Seek(0, 'End')
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
    return [long]$bytes.Length
}
